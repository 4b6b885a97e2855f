/** The drawing as a file: BPMN, SVG, PNG. */

/** @param {string} name @param {Blob} blob */
function download(name, blob) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** @param {any} modeler @param {'bpmn'|'svg'|'png'} kind @param {string} key @param {() => Promise<string>} text of the drawing as it would be saved now */
export async function exportAs(modeler, kind, key, text) {
  if (kind === 'bpmn') return download(`${key}.bpmn`, new Blob([await text()], { type: 'application/xml' }));
  const { svg } = await modeler.saveSVG();
  if (kind === 'svg') return download(`${key}.svg`, new Blob([svg], { type: 'image/svg+xml' }));
  return download(`${key}.png`, await inPixels(svg));
}

/** @param {string} svg @param {number} [scale] @returns {Promise<Blob>} */
async function inPixels(svg, scale = 2) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = image.width * scale;
  canvas.height = image.height * scale;
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'));
}

/** The icons in use, and the SVG sprite made of them. A template shows one with `<use href=".../icons.svg#name">`. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';

export const ICONS = [
  'adjustments',
  'alert-triangle',
  'archive',
  'arrow-back-up',
  'arrow-forward-up',
  'arrow-left',
  'arrow-right',
  'bell',
  'book-2',
  'building',
  'building-factory-2',
  'calendar-due',
  'calendar-event',
  'certificate',
  'chart-bar',
  'check',
  'checklist',
  'chevron-down',
  'chevron-left',
  'chevron-right',
  'circle-check',
  'circle-dashed',
  'circle-dot',
  'clipboard-list',
  'clock',
  'code',
  'coin-yuan',
  'device-floppy',
  'download',
  'edit',
  'external-link',
  'eye',
  'file-certificate',
  'file-text',
  'files',
  'filter',
  'flag',
  'folder',
  'gavel',
  'help-circle',
  'history',
  'home',
  'inbox',
  'info-circle',
  'key',
  'link',
  'list-check',
  'list-details',
  'lock',
  'login',
  'logout',
  'mail',
  'maximize',
  'menu-2',
  'message-report',
  'news',
  'paperclip',
  'phone',
  'player-play',
  'plus',
  'printer',
  'refresh',
  'report-analytics',
  'route',
  'scale',
  'search',
  'send',
  'settings',
  'shield-check',
  'sitemap',
  'speakerphone',
  'star',
  'table',
  'transfer',
  'trash',
  'upload',
  'user',
  'user-check',
  'users',
  'world',
  'x',
  'zoom-in',
  'zoom-out',
];

/**
 * @param {string} root the folder that holds node_modules
 * @returns {Promise<string>} one SVG with a symbol for each icon
 */
export async function sprite(root) {
  const symbols = await Promise.all(
    ICONS.map(async (name) => {
      const file = path.join(root, 'node_modules/@tabler/icons/icons/outline', `${name}.svg`);
      const text = await readFile(file, 'utf8');
      const inner = text
        .slice(text.indexOf('>', text.indexOf('<svg')) + 1, text.lastIndexOf('</svg>'))
        .replace(/\s+/g, ' ')
        .trim();
      return (
        `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" ` +
        `stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${inner}</symbol>`
      );
    }),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg"><!-- Tabler Icons, MIT -->\n${symbols.join('\n')}\n</svg>\n`;
}

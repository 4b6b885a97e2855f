/** Stands in for the editors of other products' languages (FEEL, templates, JSON), which the panel brings and our diagrams do not have. */
export default class {}
export class FeelersEditor {}

const nothing = () => [];
export const [json, jsonParseLinter, getVariablesForElement, getVariablesForScope] = Array(4).fill(nothing);

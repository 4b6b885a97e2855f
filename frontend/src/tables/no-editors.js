/** Stands in for the editor of FEEL that dmn-js brings: cells are in our own language. */
export default class {}

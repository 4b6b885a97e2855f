/** Stands in for RJSF's own validator, which only its test helpers ask for and which would compile code at run time. */
export default {};

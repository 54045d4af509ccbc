/** The known word that a misspelt one was probably meant to be. */
export { findNearest } from './nearest.ts'

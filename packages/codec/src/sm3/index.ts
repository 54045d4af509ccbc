/** The SM3 digest. */
export { sm3 } from './sm3.ts'

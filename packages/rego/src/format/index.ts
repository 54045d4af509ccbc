/** Policy texts in their one form. */
export { formatPolicy } from './format.ts'

export {
  compareStrings,
  compareValues,
  equalValues,
  isArray,
  isNumber,
  isObject,
  isSet,
  typeNameOf,
} from './compare.ts'
export { jsonFromValue, jsonText, MAX_VALUE_DEPTH, valueFromJson } from './json.ts'
export { valueFromJsonText } from './json-text.ts'
export { keyOf, type MapKey } from './key.ts'
export {
  absoluteNumber,
  addNumbers,
  ceilNumber,
  divideNumbers,
  floorNumber,
  multiplyNumbers,
  negateNumber,
  remainderOfNumbers,
  roundNumber,
  subtractNumbers,
} from './number/arithmetic.ts'
export {
  compareNumbers,
  createNumber,
  decimalOf,
  doubleOf,
  ExactNumber,
  integerOf,
  isInteger,
  numberFromDouble,
  numberText,
  parseNumber,
} from './number/exact-number.ts'
export { ObjectBuilder, RegoObject } from './object.ts'
export { RegoSet } from './set.ts'
export { sizeOf } from './size.ts'
export { stringText, termText } from './text.ts'
export type { RegoArray, RegoNumber, TypeName, Value } from './value.ts'

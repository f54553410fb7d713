export { AssertionError, assert, assertNever } from './assert.ts';
export { type BackOffOptions, backOffMs } from './back-off.ts';
export type { Brand } from './brand.ts';
export { bytesOfHex, hexOf } from './bytes.ts';
export { compareBigints, compareNumbers, compareStrings } from './compare.ts';
export { erf, erfc, erfcx } from './error-function.ts';
export {
  addSafe,
  divCeil,
  divFloor,
  divHalfEven,
  divTrunc,
  gcd,
  mulDivCeil,
  mulDivFloor,
  mulDivHalfEven,
  mulDivTrunc,
  mulSafe,
  subSafe,
} from './exact-integers.ts';
export { cosh, EXP_PARTS, exp, expm1, expOfSum, sinh, tanh } from './exponential.ts';
export { HIGH_WORD } from './float-bits.ts';
export { IdMap } from './id-map.ts';
export { LOG_PARTS, log, log1p, logRatio, pow } from './logarithm.ts';
export {
  MILLS_FIRST,
  MILLS_LAST,
  MILLS_NODES_PER_UNIT,
  MILLS_STRIDE,
  MILLS_TABLE,
  millsRatio,
} from './mills-ratio.ts';
export { MinHeap } from './min-heap.ts';
export {
  gaussian,
  normCdf,
  normCdfInverse,
  normExcessInverse,
  normPdf,
} from './normal-distribution.ts';
export { isOptionType, type OptionType } from './option-type.ts';
export { createRandom, Random, type RandomState } from './random.ts';
export { err, ok, type Result } from './result.ts';
export { insertSorted, lowerBound, upperBound } from './sorted-array.ts';
export { atan, atan2, cos, sin, tan } from './trigonometric.ts';

/**
 * The elementary functions beside Math's: at most twice the time is the bar. Run it with node; it
 * prints its conditions.
 */
import { compare, printConditions } from '../bench/harness.ts';
import * as std from './index.ts';

type Unary = (x: number) => number;
const SEED = 'elementary';

/** A loop of its own per function, so that no call site becomes megamorphic. */
function loopOf(f: Unary): (inputs: Float64Array, out: Float64Array) => void {
  return new Function(
    'f',
    'return (x, out) => { for (let i = 0; i < x.length; i++) out[i] = f(x[i]); }',
  )(f) as (inputs: Float64Array, out: Float64Array) => void;
}

export function run(options: { readonly smoke: boolean }): void {
  printConditions('Elementary functions against Math', SEED);
  const count = options.smoke ? 64 : 4096;
  const repeats = options.smoke ? 1 : 25;
  const random = std.createRandom(SEED);
  const out = new Float64Array(count);
  const normal =
    (scale: number): (() => number) =>
    () =>
      scale * random.nextNormal();
  const positive = (): number => std.exp(2 * random.nextNormal());
  const unit = (): number => random.nextFloat();
  const cases: readonly [string, Unary, Unary | undefined, () => number][] = [
    ['exp', std.exp, Math.exp, normal(5)],
    ['expm1', std.expm1, Math.expm1, normal(1)],
    ['log', std.log, Math.log, positive],
    ['log1p', std.log1p, Math.log1p, unit],
    ['pow 1.7', (x) => std.pow(x, 1.7), (x) => Math.pow(x, 1.7), positive],
    ['sin', std.sin, Math.sin, normal(3)],
    ['cos', std.cos, Math.cos, normal(3)],
    ['tan', std.tan, Math.tan, normal(3)],
    ['atan', std.atan, Math.atan, normal(1)],
    ['sinh', std.sinh, Math.sinh, normal(1)],
    ['cosh', std.cosh, Math.cosh, normal(1)],
    ['tanh', std.tanh, Math.tanh, normal(1)],
    ['erf', std.erf, undefined, normal(1)],
    ['erfc', std.erfc, undefined, normal(1)],
    ['erfcx', std.erfcx, undefined, () => 4 * unit()],
    ['normCdf', std.normCdf, undefined, normal(1)],
    ['normPdf', std.normPdf, undefined, normal(1)],
    ['normCdfInverse', std.normCdfInverse, undefined, unit],
    ['millsRatio', std.millsRatio, undefined, () => 5 * unit()],
  ];
  for (const [name, own, native, draw] of cases) {
    const inputs = Float64Array.from({ length: count }, draw);
    const contender = (label: string, f: Unary) => {
      const loop = loopOf(f);
      return {
        name: label,
        count: count * repeats,
        body: (): number => {
          for (let i = 0; i < repeats; i++) {
            loop(inputs, out);
          }
          return out.reduce((sum, value) => sum + value, 0);
        },
      };
    };
    const contenders = [contender(`std ${name}`, own)];
    if (native !== undefined) {
      contenders.unshift(contender(`Math ${name}`, native));
    }
    compare(contenders, options.smoke);
  }
}

if (import.meta.main) {
  run({ smoke: false });
}

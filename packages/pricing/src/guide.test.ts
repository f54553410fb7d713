/** Runs every block of the pricing guide and compares the values that it shows. */
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { expect, test } from 'vitest';
import * as pricing from './index.ts';

const guide = readFileSync(new URL('../../../docs/guides/pricing.md', import.meta.url), 'utf8');
const blocks = [...guide.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = '']) => code);

/** Turns imports into constants, and statements with a shown value into checks. */
function programOf(code: string): string {
  const plain = stripTypeScriptTypes(code)
    .replace(/import \{([^}]*)\} from '@openstrike\/pricing';/g, 'const {$1} = pricing;')
    .replace(/;\n\/\/ => (.*)\n/g, (_, shown: string) => `;\nshow(${JSON.stringify(shown)});\n`);
  const lines = plain.split('\n');
  const out: string[] = [];
  for (const line of lines) {
    if (line.startsWith('show(')) {
      out[out.length - 1] =
        `show((${(out[out.length - 1] as string).replace(/;$/, '')}), ${line.slice(5)}`;
    } else {
      out.push(line);
    }
  }
  return out.join('\n');
}

/** The value printed to as many digits as are shown. */
function printed(value: unknown, shown: string): string {
  if (typeof value !== 'number' || !/\.|e/.test(shown)) {
    return JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'number' ? Number(inner.toPrecision(12)) : inner,
    );
  }
  const digits = shown
    .replace(/e.*/, '')
    .replace('-', '')
    .replace(/^0\.0*/, '')
    .replace('.', '');
  return shown.includes('e')
    ? value.toExponential(digits.length - 1).replace('e+', 'e')
    : Number(value).toFixed((shown.split('.')[1] ?? '').length);
}

test('the guide has its examples', () => {
  expect(blocks.length).toBeGreaterThan(8);
});

test.each(blocks.map((code, i) => [i + 1, code] as const))('block %i of the guide', (_, code) => {
  let shownCount = 0;
  const show = (value: unknown, shown: string): void => {
    shownCount++;
    expect(printed(value, shown)).toBe(shown);
  };
  new Function('pricing', 'show', programOf(code))(pricing, show);
  expect(shownCount).toBe(code.split('// =>').length - 1);
});

// Certificates of the running engine: every account's, under every model, computes again by a way
// that shares no running sums with it; a changed one does not.
import { type AccountCertificate, currencies } from '@openstrike/domain';
import { checkAccountCertificate } from '@openstrike/risk';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tablesWithFutures } from '../testing/covering-tables.ts';
import { RandomCommands } from '../testing/random-commands.ts';
import { TestEngine } from '../testing/test-engine.ts';
import { testTables } from '../testing/test-tables.ts';

const certificatesOf = ({ engine }: TestEngine): AccountCertificate[] =>
  engine.query('accounts', {}).flatMap(({ accountId }) =>
    currencies.flatMap((currency) => {
      const answer = engine.query('margin-certificate', { accountId, currency });
      return typeof answer === 'string' ? [] : [answer];
    }),
  );

test('every certificate recomputes from its own text, and says what the summary says', () => {
  const models = new Set<string>();
  let covered = false;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), fc.boolean(), (seed, futures) => {
      const tables = futures ? tablesWithFutures(true) : testTables;
      const engine = new TestEngine();
      const source = new RandomCommands(seed, { stepUs: 8_000_000 });
      source.prepare(engine, tables);
      for (let i = 0; i < 200; i++) {
        engine.apply(source.next(engine));
        if (i % 50 !== 49) continue;
        for (const certificate of certificatesOf(engine)) {
          const read = JSON.parse(JSON.stringify(certificate)) as AccountCertificate;
          expect(checkAccountCertificate(read, tables)).toMatchObject({ ok: true });
          covered ||= certificate.currencies.some(({ legs }) =>
            legs.some(({ kind, set }) => kind === 'future' && set !== null),
          );
          const { accountId, currency, marginModel, figures } = certificate;
          if (figures.maintenanceMargin > 0) models.add(marginModel);
          const summary = engine.engine.query('account-summary', { accountId, currency });
          expect(summary).toMatchObject({
            marginBalance: figures.equity,
            initialMargin: figures.initialMargin,
            maintenanceMargin: figures.maintenanceMargin,
          });
        }
      }
    }),
    { numRuns: 6, seed: 20260921 },
  );
  expect(models.size).toBe(4);
  expect(covered).toBe(true);
});

test('a certificate with another figure, holding or parameter is found out', () => {
  const engine = new TestEngine();
  const source = new RandomCommands(7, { stepUs: 8_000_000 });
  source.prepare(engine);
  for (let i = 0; i < 150; i++) engine.apply(source.next(engine));
  const held = certificatesOf(engine).filter(({ books }) =>
    books.some(({ margin }) => margin.maintenance > 0),
  );
  expect(held.length).toBeGreaterThan(0);
  for (const certificate of held) {
    const { figures } = certificate;
    const wrong = {
      ...certificate,
      figures: { ...figures, maintenanceMargin: (figures.maintenanceMargin + 9) as never },
    };
    expect(checkAccountCertificate(wrong, testTables, 1e-12).ok).toBe(false);
    const [first] = testTables;
    const other = first === undefined ? [] : [{ ...first, version: 9 }];
    expect(checkAccountCertificate(certificate, other)).toMatchObject({ ok: false });
  }
});

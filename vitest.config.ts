import { defineConfig } from 'vitest/config';

/** Tests that start whole exchanges: each takes the machine, so they run one after another. */
const wholeExchanges = 'apps/**/*.test.ts';

/** What takes seconds on a quiet machine takes a minute on a busy one. */
const common = { testTimeout: 180_000, hookTimeout: 180_000, pool: 'threads' } as const;
const shared = { ...common, setupFiles: ['scripts/property-seed.ts'] };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'parts',
          include: ['{packages,scripts,sim}/**/*.test.ts'],
          sequence: { groupOrder: 0 },
          maxWorkers: '100%',
        },
      },
      {
        test: {
          ...shared,
          name: 'exchange',
          include: [wholeExchanges],
          sequence: { groupOrder: 1 },
          maxWorkers: 1,
          maxConcurrency: 3,
        },
      },
    ],
  },
});

// Every incident comes to what it promises.
import { describe, expect, test } from 'vitest';
import { incidents } from './incidents.ts';
import { type IncidentModel, incidentModels, type Outcome } from './stage.ts';

const promises: Readonly<Record<string, (outcome: Outcome, model: IncidentModel) => void>> = {
  'march-2020': ({ badDebtLeft, badDebtMax, liquidations }, model) => {
    expect(liquidations).toBeGreaterThan(5);
    // Portfolio margin lets nobody go so far that a third off the price takes all.
    if (model === 'segregated-standard') expect(badDebtMax).toBeGreaterThan(0);
    else expect(badDebtMax).toBe(0);
    expect(badDebtLeft).toBe(0);
  },
  'may-2021': ({ badDebtMax, slices, hedges, fromDeleveraging, fromSocialised }, model) => {
    // Under portfolio margin the books alone carry what has to be sold.
    const taken = model === 'segregated-standard' ? slices : hedges;
    expect(taken).toBeGreaterThan(0);
    expect(badDebtMax).toBe(0);
    expect(fromDeleveraging + fromSocialised).toBe(0);
  },
  'november-2022': ({ badDebtLeft, unhedged }) => {
    expect(badDebtLeft).toBe(0);
    expect(unhedged).toBe(0);
  },
  'october-2025': ({ badDebtLeft, unhedged, liquidations }) => {
    expect(liquidations).toBeGreaterThan(3);
    expect(badDebtLeft).toBe(0);
    expect(unhedged).toBe(0);
  },
  'deribit-2017': ({ farthestHedge, hedges, badDebtLeft }) => {
    expect(hedges).toBeGreaterThan(0);
    expect(farthestHedge).toBeLessThanOrEqual(0.01);
    expect(badDebtLeft).toBe(0);
  },
  'deribit-2019': ({ liquidations, badDebtMax }) => {
    expect(liquidations).toBe(0);
    expect(badDebtMax).toBe(0);
  },
  'mango-2022': ({ withdrawalsRefused, badDebtLeft, fromSocialised }) => {
    expect(withdrawalsRefused).toBeGreaterThan(0);
    expect(badDebtLeft).toBe(0);
    expect(fromSocialised).toBe(0);
  },
  'stuck-oracle-at-expiry': ({ liquidations, delivered }) => {
    expect(liquidations).toBe(0);
    expect(delivered).toBeGreaterThan(0);
  },
  'missing-print-at-mass-expiry': ({ delivered, badDebtLeft }) => {
    expect(delivered).toBeGreaterThan(16);
    expect(badDebtLeft).toBe(0);
  },
};

describe.each(incidentModels)('under %s margin', (model) => {
  test.each(incidents)('$name', ({ name, play }) => {
    const promise = promises[name];
    expect(promise).toBeDefined();
    promise?.(play(model), model);
  });
});

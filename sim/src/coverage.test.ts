// Every kind of command is sent, and every kind of event told, in a number of runs. The lists are
// checked by the compiler: a kind that is added to the domain is one that this test waits for. And
// the benchmark runs, in smoke size.
import type { CommandType, EventType } from '@openstrike/domain';
import { expect, test, vi } from 'vitest';
import { Coverage } from './coverage.ts';
import { reportLines } from './report.ts';
import { drawOptions } from './sim-options.ts';
import { run as runBench } from './simulation.bench.ts';
import { simulate } from './simulation.ts';

const commands: Readonly<Record<CommandType, true>> = {
  'announce-tables': true,
  'answer-liquidation': true,
  'cancel-order': true,
  'cancel-orders': true,
  'cancel-quotes': true,
  'change-margin-model': true,
  'close-position': true,
  configure: true,
  'configure-account': true,
  'create-account': true,
  deposit: true,
  'edit-order': true,
  'list-options': true,
  'mass-quote': true,
  'pass-time': true,
  'place-order': true,
  'publish-liabilities': true,
  'reset-mmp': true,
  'seed-insurance': true,
  'set-call-auctions': true,
  'set-forwards': true,
  'set-index': true,
  'set-kill-switch': true,
  'set-mmp': true,
  'set-provider': true,
  'set-surface': true,
  'set-trading': true,
  transfer: true,
  withdraw: true,
};

const events: Readonly<Record<EventType, true>> = {
  'account-changed': true,
  'book-level-changed': true,
  'call-auction-ended': true,
  'call-auction-started': true,
  'call-auction-uncrossed': true,
  'call-auctions-set': true,
  'cash-changed': true,
  'collateral-converted': true,
  'command-rejected': true,
  'command-repeated': true,
  deleveraged: true,
  'expiry-fixed': true,
  'funding-changed': true,
  'funding-hour-closed': true,
  'index-changed': true,
  'instrument-listed': true,
  'instrument-state-changed': true,
  'insurance-changed': true,
  'kill-switch-changed': true,
  'liabilities-published': true,
  'liquidation-answered': true,
  'liquidation-ended': true,
  'liquidation-phase-changed': true,
  'liquidation-started': true,
  'liquidation-stepped': true,
  'loss-socialised': true,
  'margin-warned': true,
  'marks-changed': true,
  'mmp-changed': true,
  'mmp-reset': true,
  'mmp-triggered': true,
  'option-exercised': true,
  'order-changed': true,
  'position-changed': true,
  'position-settled': true,
  'provider-changed': true,
  'quote-refused': true,
  'settlement-closed': true,
  'stress-changed': true,
  'surface-changed': true,
  'tables-announced': true,
  trade: true,
  'trading-state-changed': true,
  'venue-configured': true,
};

/** Those that meet the rare kinds come first; the others are for when what a seed draws changes. */
const first = [14, 22, 27, 24, 10, 17, 5, 31];
const seeds = [...first, ...Array.from({ length: 40 }, (_, i) => i + 1)];
const minutes = 0.3;

test('every kind of command is sent and every kind of event told', {
  timeout: 120_000,
}, async () => {
  const coverage = new Coverage();
  const missing = (): string[] => [
    ...Object.keys(commands).filter((name) => coverage.of('command', name) === 0),
    ...Object.keys(events).filter((name) => coverage.of('event', name) === 0),
  ];
  for (const seed of seeds) {
    if (missing().length === 0) break;
    const report = await simulate(drawOptions(seed, minutes));
    expect(report.failure, reportLines(report, 1).join('\n')).toBeNull();
    coverage.add(report.coverage);
  }
  expect(missing()).toEqual([]);
});

test('the benchmark runs', async () => {
  const lines: string[] = [];
  const spy = vi.spyOn(console, 'log').mockImplementation((line: string) => {
    lines.push(line);
  });
  await runBench({ minutes: 0.05, cold: 1, warmUp: 1, steady: 1 });
  spy.mockRestore();
  for (const told of ['cold', 'warm-up', 'steady', 'side by side']) {
    expect(lines.find((line) => line.startsWith(told))).toMatch(/ events in .* by the clock/);
  }
});

// Call auctions by the configuration, over starts of one venue.
import type { HaltsView } from '@openstrike/domain';
import { afterAll, expect, test } from 'vitest';
import { askControl } from './control-socket.ts';
import { killStarted, startExchange, temporaryFolder } from './testing/exchange-process.ts';

afterAll(killStarted);

test('a start turns them on or off, and one that says nothing leaves them', async () => {
  const folder = `${temporaryFolder()}/data`;
  const started = async (...given: readonly string[]): Promise<HaltsView> => {
    const small = ['--families', 'BTC_USDC', '--makers', '0'];
    const exchange = await startExchange({ folder, args: [...small, ...given] });
    const halts = await askControl(folder, { command: 'halts', args: {} });
    expect(await exchange.stop()).toBe(0);
    return halts as HaltsView;
  };
  expect((await started()).terms).toBeNull();
  expect((await started('--call-auctions', 'on')).terms).toMatchObject({
    auctionSeconds: 60,
    windows: [{ move: 0.03 }, { move: 0.06 }],
  });
  const kept = await started();
  expect(kept.terms).toMatchObject({ auctionSeconds: 60 });
  const again = await started('--call-auctions', '60');
  expect(again.trail).toHaveLength(kept.trail.length);
  expect((await started('--call-auctions', 'off')).terms).toBeNull();
});

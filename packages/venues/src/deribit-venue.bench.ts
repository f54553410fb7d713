// Bench: how many orders a second one connection places through the adapter, and how many
// notifications it hears. Client and a minimal server share one thread and one core, so this is the
// cost of both ends; it needs no venue.
import { createDeribitVenue } from './deribit-venue.ts';
import { FakeDeribit, orderFrame } from './testing/fake-deribit.ts';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

export const run = async (options: { readonly smoke: boolean }): Promise<void> => {
  const orders = options.smoke ? 500 : 50_000;
  const server = await FakeDeribit.open();
  server.answers.set('private/buy', () => ({ result: { order: orderFrame(), trades: [] } }));
  const keys = { clientId: 'id', clientSecret: 'secret' };
  const venue = createDeribitVenue({ name: 'bench', url: server.url, waitingMax: 1e6, ...keys });
  let heard = 0;
  venue.watchOwnOrders(() => heard++);
  await venue.connect();
  const request = { instrumentName: 'BTC-27DEC26-100000-C', type: 'limit', side: 'buy' } as const;
  for (let round = 0; round < (options.smoke ? 1 : 3); round++) {
    let start = performance.now();
    await Promise.all(
      Array.from({ length: orders }, () => venue.place({ ...request, amount: 5, price: 0.0525 })),
    );
    const placed = orders / ((performance.now() - start) / 1_000);
    heard = 0;
    start = performance.now();
    const order = orderFrame();
    for (let i = 0; i < orders; i++) {
      server.notify('user.orders.any.any.raw', order);
    }
    while (heard < orders) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const told = orders / ((performance.now() - start) / 1_000);
    say(`${orders} orders: ${Math.round(placed)} placed/s, ${Math.round(told)} notifications/s`);
  }
  await venue.close();
  await server.close();
};

if (process.argv[1] === import.meta.filename) {
  await run({ smoke: process.argv.includes('--smoke') });
}

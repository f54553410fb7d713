// Edits: what counts as a change.
import type { EditOrder, OrderId } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { TestEngine } from '../testing/test-engine.ts';

test('a volatility named for an order priced in ticks changes nothing', () => {
  const engine = new TestEngine();
  engine.open();
  const ann = engine.account('ann');
  engine.deposit(ann, 100e8);
  engine.place(ann, engine.instrument('BTC-25SEP26-100000-C').id, 'buy', 5, 100);
  const nothing: EditOrder = {
    type: 'edit-order',
    accountId: ann,
    orderId: 1 as OrderId,
    priceTicks: null,
    sizeLots: null,
    displayLots: null,
    postOnly: null,
    reduceOnly: null,
    priceMode: null,
    priceModeValue: 0.5,
    triggerPrice: null,
    triggerOffset: null,
    validUntilUs: 0,
  };
  expect(engine.apply(nothing)).toMatchObject([{ code: 'nothing-to-change' }]);
});

// Ids: every id reads back as its number and its currency, and has Deribit's shape.
import { currencies, type OrderId, type OrderType, type TradeId } from '@openstrike/domain';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  parseOrderId,
  parseTradeId,
  renderOrderId,
  renderTradeId,
  renderTriggerOrderId,
} from './ids.ts';

const anyId = fc.integer({ min: 1, max: 999_999_999_999_999 });
const anyCurrency = fc.constantFrom(...currencies);
const anyType = fc.constantFrom<OrderType>('limit', 'market', 'stop-limit', 'trailing-stop');
const anySide = fc.constantFrom('buy' as const, 'sell' as const);

test('order ids read back', () => {
  fc.assert(
    fc.property(anyId, anyCurrency, anyType, anySide, (n, currency, type, side) => {
      const order = { orderId: n as OrderId, type, side };
      expect(parseOrderId(renderOrderId(order, currency))).toEqual({ id: n, currency });
    }),
  );
});

test('an order that fired names its trigger order as that was named', () => {
  fc.assert(
    fc.property(anyId, anyCurrency, anySide, (n, currency, side) => {
      const waiting = { orderId: n as OrderId, type: 'take-limit', side } as const;
      const named = renderTriggerOrderId(n as OrderId, side, currency);
      expect(named).toBe(renderOrderId(waiting, currency));
    }),
  );
});

test('trade ids read back', () => {
  fc.assert(
    fc.property(anyId, anyCurrency, (n, currency) => {
      expect(parseTradeId(renderTradeId(n as TradeId, currency))).toEqual({ id: n, currency });
    }),
  );
});

test('ids have the shapes of the protocol', () => {
  const plain = { orderId: 584849853 as OrderId, type: 'limit', side: 'buy' } as const;
  expect(renderOrderId(plain, 'BTC')).toBe('584849853');
  expect(renderOrderId(plain, 'ETH')).toBe('ETH-584849853');
  expect(renderOrderId(plain, 'USDC')).toBe('USDC-584849853');
  const stop = { orderId: 250756 as OrderId, type: 'stop-market', side: 'sell' } as const;
  expect(renderOrderId(stop, 'BTC')).toBe('BTC-SLTS-250756');
  expect(renderOrderId({ ...stop, side: 'buy' }, 'USDC')).toBe('USDC-SLTB-250756');
});

test('texts that are no ids are refused', () => {
  for (const text of [
    '',
    'abc',
    '-1',
    '1.5',
    'ETH-',
    'eth-1',
    '1e3',
    'ETH-SLTSX-1',
    '9'.repeat(16),
  ]) {
    expect(parseOrderId(text)).toBeNull();
  }
  expect(parseTradeId('ETH-SLTS-1')).toBeNull();
});

// Words: each spelling reads back as the word it stands for, and nothing else is read.
import {
  marginModels,
  type OrderType,
  type SelfTradeMode,
  type TimeInForce,
  type TriggerSource,
} from '@openstrike/domain';
import { expect, test } from 'vitest';
import {
  parseIndexName,
  parseMarginModel,
  parseOrderType,
  parseSelfTradeMode,
  parseTimeInForce,
  parseTriggerSource,
  renderMarginModel,
  renderOrderType,
  renderSelfTradeMode,
  renderTimeInForce,
  renderTriggerSource,
} from './words.ts';

test('words read back', () => {
  for (const word of ['gtc', 'day', 'ioc', 'fok'] as TimeInForce[]) {
    expect(parseTimeInForce(renderTimeInForce(word))).toBe(word);
  }
  const types = ['limit', 'market', 'market-limit', 'stop-limit', 'stop-market', 'take-limit'];
  for (const word of [...types, 'take-market', 'trailing-stop'] as OrderType[]) {
    expect(parseOrderType(renderOrderType(word))).toBe(word);
  }
  for (const word of ['index', 'mark', 'last'] as TriggerSource[]) {
    expect(parseTriggerSource(renderTriggerSource(word))).toBe(word);
  }
  for (const word of ['reject-taker', 'cancel-maker'] as SelfTradeMode[]) {
    expect(parseSelfTradeMode(renderSelfTradeMode(word))).toBe(word);
  }
  for (const word of marginModels) {
    expect(parseMarginModel(renderMarginModel(word))).toBe(word);
  }
});

test('spellings are those of the protocol', () => {
  expect(renderTimeInForce('gtc')).toBe('good_til_cancelled');
  expect(renderOrderType('market-limit')).toBe('market_limit');
  expect(parseTimeInForce('gtc')).toBeNull();
  expect(parseOrderType('constructor')).toBeNull();
  expect(parseIndexName('btc_usd')).toBe('btc_usd');
  expect(parseIndexName('doge_usd')).toBeNull();
});

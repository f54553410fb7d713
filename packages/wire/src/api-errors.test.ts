// Errors: the table's codes as clients know them, and a rendering for every refusal of the engine.
import { rejectCodes } from '@openstrike/domain';
import { expect, test } from 'vitest';
import { apiErrorCodes, apiErrorNameOf, renderApiError } from './api-errors.ts';
import { renderReject } from './reject-errors.ts';

test('codes that clients act upon', () => {
  expect(apiErrorCodes).toMatchObject({
    authorization_required: 10000,
    order_not_found: 10004,
    not_enough_funds: 10009,
    too_many_requests: 10028,
    not_implemented: 10033,
    not_open_order: 11044,
    post_only_reject: 11054,
    invalid_credentials: 13004,
    unauthorized: 13009,
    forbidden: 13021,
    invalid_params: -32602,
  });
});

test('a code names its error, but for the one code that Deribit gives twice', () => {
  for (const [name, code] of Object.entries(apiErrorCodes)) {
    if (code !== 13907) expect(apiErrorNameOf(code)).toBe(name);
  }
  expect(apiErrorNameOf(1)).toBeNull();
});

test('the body of an error names reason and parameter where there are any', () => {
  expect(renderApiError('not_enough_funds')).toEqual({ code: 10009, message: 'not_enough_funds' });
  expect(renderApiError('invalid_params', 'must conform to tick size', 'price')).toEqual({
    code: -32602,
    message: 'Invalid params',
    data: { reason: 'must conform to tick size', param: 'price' },
  });
});

test.each(rejectCodes.map((row) => row.code))('%s has words of its own', (code) => {
  const { name, message, reason } = renderReject(code, null);
  expect(apiErrorCodes[name]).toBeDefined();
  expect(name).not.toBe('error');
  expect(message.length).toBeGreaterThan(0);
  expect(reason.length).toBeGreaterThan(0);
});

test('messages carry the bound that was crossed', () => {
  expect(renderReject('price-too-high', 88_311.5)).toMatchObject({
    name: 'price_too_high',
    message: 'price_too_high 88311.5',
    param: 'price',
  });
  expect(renderReject('reduce-only', null).message).toBe('other_reject invalid_reduce_only_order');
  expect(renderReject('insufficient-funds', 5).message).toBe('not_enough_funds');
});

// Envelope: the frame of every answer: id, times in integer microseconds, and the venue's kind.
// An answer is text from the start, so that nothing is copied into an object only to be written
// out.
import { renderApiError } from '@openstrike/wire';
import { ApiError } from '../method.ts';

/** A request's id, echoed with its type; undefined when there was none. */
export type RequestId = string | number | undefined;

export interface AnswerTimes {
  readonly usIn: number;
  readonly usOut: number;
}

const head = (id: RequestId): string =>
  id === undefined ? '{"jsonrpc":"2.0",' : `{"jsonrpc":"2.0","id":${JSON.stringify(id)},`;

const tail = (times: AnswerTimes, testnet: boolean): string =>
  `,"usIn":${times.usIn},"usOut":${times.usOut},"usDiff":${times.usOut - times.usIn},` +
  `"testnet":${testnet}}`;

/** The text of a successful answer. */
export const resultText = (
  id: RequestId,
  result: unknown,
  times: AnswerTimes,
  testnet: boolean,
): string => `${head(id)}"result":${JSON.stringify(result) ?? 'null'}${tail(times, testnet)}`;

/** The text of a refusal. */
export const errorText = (
  id: RequestId,
  error: ApiError,
  times: AnswerTimes,
  testnet: boolean,
): string => {
  const message = error.message === error.errorName ? null : error.message;
  const body = renderApiError(error.errorName, error.reason, error.param, message);
  return `${head(id)}"error":${JSON.stringify(body)}${tail(times, testnet)}`;
};

/** A request that is JSON but no JSON-RPC request. */
export const invalidRequest = (reason: string): ApiError =>
  new ApiError('request_entity_too_large', { message: 'Invalid Request', reason });

/** One JSON-RPC request, read as far as the envelope goes. */
export interface Request {
  readonly id: RequestId;
  readonly method: string | null;
  readonly params: Record<string, unknown>;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The request's id as far as it can be told, for answers to malformed requests. */
export const idOf = (value: unknown): RequestId => {
  const id = isObject(value) ? value.id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? id : undefined;
};

/**
 * Reads a parsed JSON value as a request. Members that the protocol does not know are ignored.
 *
 * Throws: ApiError -32600 for batches and for what is not an object, -32602 for positional
 * parameters.
 */
export const readRequest = (value: unknown): Request => {
  if (Array.isArray(value)) throw invalidRequest('batches are not supported');
  if (!isObject(value)) throw invalidRequest('a request is an object');
  const { method, params } = value;
  if (method !== undefined && typeof method !== 'string') {
    throw invalidRequest('method must be a string');
  }
  if (params !== undefined && params !== null && !isObject(params)) {
    throw new ApiError('invalid_params', {
      reason: 'parameters are given by name',
      param: 'params',
    });
  }
  return { id: idOf(value), method: method ?? null, params: isObject(params) ? params : {} };
};

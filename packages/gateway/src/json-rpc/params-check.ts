// Params check: reads a call's parameters as its schema wants them. Invariant: a handler sees
// only what its schema lets through; what the schema does not name is ignored, as clients expect.
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { ApiError } from '../method.ts';

export type Params = Record<string, unknown>;

export interface ParamsCheck {
  /**
   * Answers parameters that the schema lets through; a null that it does not counts as absent.
   *
   * Throws: ApiError -32602 naming the parameter at fault.
   */
  check(params: Params): Params;
  /** Query texts turned into what the schema asks for; what cannot be turned stays text. */
  coerce(query: URLSearchParams): Params;
}

/** The part of a schema that coercion looks at. */
interface SchemaShape {
  readonly type?: string;
  readonly anyOf?: readonly SchemaShape[];
  readonly enum?: readonly unknown[];
  readonly const?: string | number | boolean;
  readonly items?: SchemaShape;
  readonly properties?: Readonly<Record<string, SchemaShape>>;
}

const numberPattern = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** One text as one alternative would read it; undefined when it cannot. */
const readAs = (shape: SchemaShape, text: string): unknown => {
  if (shape.const !== undefined) return String(shape.const) === text ? shape.const : undefined;
  if (shape.enum !== undefined) return shape.enum.find((word) => String(word) === text);
  switch (shape.type) {
    case 'number':
    case 'integer':
      return numberPattern.test(text) ? Number(text) : undefined;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'null':
      return text === 'null' ? null : undefined;
    case 'array':
    case 'object':
      return readJson(shape, text);
    case 'string':
      return text;
    default:
      return undefined;
  }
};

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
};

const opens = (shape: SchemaShape, text: string): boolean =>
  text.trimStart().startsWith(shape.type === 'array' ? '[' : '{');

/** A list of one may be written without brackets. */
const readJson = (shape: SchemaShape, text: string): unknown => {
  if (opens(shape, text)) return parseJson(text);
  const only = shape.type === 'array' && shape.items ? readAs(shape.items, text) : undefined;
  return only === undefined ? undefined : [only];
};

const isStructure = (shape: SchemaShape): boolean =>
  shape.type === 'array' || shape.type === 'object';

/** Of several alternatives, a structure is meant where one opens, else the first that fits. */
const readAsOneOf = (shapes: readonly SchemaShape[], text: string): unknown => {
  for (const shape of shapes) if (isStructure(shape) && opens(shape, text)) return parseJson(text);
  for (const shape of shapes) {
    const value = isStructure(shape) ? undefined : readAs(shape, text);
    if (value !== undefined) return value;
  }
  return text;
};

const coerceText = (shape: SchemaShape | undefined, text: string): unknown => {
  if (shape === undefined) return text;
  return shape.anyOf === undefined
    ? (readAs(shape, text) ?? text)
    : (readAsOneOf(shape.anyOf, text) ?? text);
};

const coerceTexts = (shape: SchemaShape | undefined, texts: readonly string[]): unknown =>
  shape?.type === 'array' && texts.length > 1
    ? texts.map((text) => coerceText(shape.items, text))
    : coerceText(shape, texts.at(-1) ?? '');

interface Fault {
  readonly instancePath: string;
  readonly params: { readonly requiredProperties?: readonly string[] };
  readonly message: string;
}

const faultOf = (errors: readonly Fault[], properties: Record<string, SchemaShape>): ApiError => {
  const missing = errors.find((error) => error.params.requiredProperties !== undefined);
  // The last is the outermost, which speaks of the whole parameter and not of one alternative.
  const fault = missing ?? errors.at(-1);
  const path = (fault?.instancePath ?? '').split('/').slice(1);
  const absent = missing?.params.requiredProperties?.[0];
  const param = [...path, ...(absent === undefined ? [] : [absent])].join('.');
  const words = path.length === 1 ? properties[path[0] ?? '']?.enum : undefined;
  const message =
    // A number may stand there as text too: one word for both.
    words === undefined
      ? fault?.message
      : `must be one of ${[...new Set(words.map(String))].join(', ')}`;
  const reason = absent === undefined ? (message ?? 'invalid') : 'value required';
  return new ApiError('invalid_params', { reason, ...(param === '' ? {} : { param }) });
};

/** Compiles the check of one method's parameters. */
export const compileParamsCheck = (schema: TSchema): ParamsCheck => {
  const validator = Compile(schema);
  const properties = { ...(schema as SchemaShape).properties };
  return {
    check(params) {
      if (validator.Check(params)) return params;
      const given = Object.fromEntries(
        Object.entries(params).filter(([, value]) => value !== null),
      );
      if (validator.Check(given)) return given;
      throw faultOf(validator.Errors(given) as readonly Fault[], properties);
    },
    coerce(query) {
      const params: Params = {};
      for (const name of new Set(query.keys())) {
        const shape = Object.hasOwn(properties, name) ? properties[name] : undefined;
        Object.defineProperty(params, name, {
          value: coerceTexts(shape, query.getAll(name)),
          enumerable: true,
          writable: true,
          configurable: true,
        });
      }
      return params;
    },
  };
};

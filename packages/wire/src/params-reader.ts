// Params reader: what a caller sent, made into what a method's schema promises, or the parameter at fault. A
// query string's texts are first read as the numbers, booleans and JSON that the schema asks for. Invariant:
// whatever comes out passes the compiled check; keys the schema does not know are left alone.
import { err, ok, type Result } from '@openstrike/std';
import type { Static, TObject, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

export interface ParamsFault {
  /** The parameter at fault; null when the params as a whole are. */
  readonly param: string | null;
  readonly reason: string;
}

export interface ParamsReader<Schema extends TObject> {
  /** Reads a JSON object; a null member counts as absent. */
  read(raw: unknown): Result<Static<Schema>, ParamsFault>;
  /** Reads the members of a query string. */
  readQuery(raw: Readonly<Record<string, unknown>>): Result<Static<Schema>, ParamsFault>;
}

type Members = Record<string, unknown>;
type Coercion = (text: string) => unknown;

interface SchemaView {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly SchemaView[];
}

const asNumber: Coercion = (text) => {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : text;
};
const asBoolean: Coercion = (text) => (text === 'true' ? true : text === 'false' ? false : text);
const asJson: Coercion = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
const asJsonOrText: Coercion = (text) => (/^\s*[[{]/.test(text) ? asJson(text) : text);

const coercionOf = (schema: SchemaView): Coercion | null => {
  const words = schema.enum ?? (schema.const === undefined ? undefined : [schema.const]);
  if (words !== undefined) {
    return words.some((word) => typeof word !== 'string')
      ? (text) => words.find((word) => String(word) === text) ?? text
      : null;
  }
  if (schema.anyOf !== undefined) {
    return asJsonOrText;
  }
  switch (schema.type) {
    case 'number':
    case 'integer':
      return asNumber;
    case 'boolean':
      return asBoolean;
    case 'array':
    case 'object':
      return asJson;
    default:
      return null;
  }
};

const withoutNulls = (raw: Members): Members => {
  for (const key in raw) {
    if (raw[key] === null) {
      return Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== null));
    }
  }
  return raw;
};

interface CheckError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

const faultOf = (errors: readonly CheckError[], schema: TObject): ParamsFault => {
  const first = errors[0];
  if (first === undefined) {
    return { param: null, reason: 'invalid' };
  }
  if (first.keyword === 'required' && first.instancePath === '') {
    const { requiredProperties } = first.params as { requiredProperties?: readonly string[] };
    return { param: requiredProperties?.[0] ?? null, reason: 'value required' };
  }
  const param = first.instancePath.split('/')[1] ?? null;
  const member = param === null ? undefined : (schema.properties[param] as SchemaView | undefined);
  const words = member?.enum;
  const reason = words === undefined ? first.message : `must be one of ${words.join(', ')}`;
  return { param, reason };
};

/** Compiles a method's schema into its reader. */
export const createParamsReader = <Schema extends TObject>(
  schema: Schema,
): ParamsReader<Schema> => {
  const check = Compile(schema as TSchema);
  const coercions = new Map<string, Coercion>();
  for (const [key, member] of Object.entries(schema.properties)) {
    const coercion = coercionOf(member as SchemaView);
    if (coercion !== null) coercions.set(key, coercion);
  }
  const read = (raw: unknown): Result<Static<Schema>, ParamsFault> => {
    const members = raw === undefined || raw === null ? {} : raw;
    if (typeof members !== 'object' || Array.isArray(members)) {
      return err({ param: null, reason: 'params must be an object' });
    }
    const params = withoutNulls(members as Members);
    return check.Check(params)
      ? ok(params as Static<Schema>)
      : err(faultOf(check.Errors(params) as unknown as readonly CheckError[], schema));
  };
  const readQuery = (raw: Readonly<Members>): Result<Static<Schema>, ParamsFault> => {
    const members: Members = {};
    for (const [key, value] of Object.entries(raw)) {
      const coercion = coercions.get(key);
      members[key] = coercion !== undefined && typeof value === 'string' ? coercion(value) : value;
    }
    return read(members);
  };
  return { read, readQuery };
};

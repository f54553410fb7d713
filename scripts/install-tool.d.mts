export const root: string;
/** Throws when the package cannot be had or has another hash. Returns its folder. */
export function installTool(tool: { readonly spec: string; readonly integrity: string }): string;

/** What went wrong, in a form that a page can explain. */
export class ApiError extends Error {
  override name = 'ApiError';

  constructor(
    /** The HTTP status; 0 when no answer came. */
    readonly status: number,
    /** The gateway's own words. */
    readonly detail: string,
    /** A stable name of the mistake, when the gateway gave one. */
    readonly code?: string,
    /** The form field it is about. */
    readonly field?: string,
    /** What finds the request in the gateway's log. */
    readonly requestId?: string,
  ) {
    super(detail);
  }

  /** Whether the answer never came: the gateway is down or out of reach. */
  get isUnreachable(): boolean {
    return this.status === 0;
  }

  /** Whether the session is over or never began. */
  get isSignedOut(): boolean {
    return this.status === 401;
  }
}

type ErrorBody = { detail?: unknown; code?: unknown; field?: unknown; request_id?: unknown };

/** Reads an error answer of the admin API; older forms have an object as `detail`. */
export function readError(status: number, body: unknown, headerId?: string | null): ApiError {
  const { detail, code, field, request_id } = (isRecord(body) ? body : {}) as ErrorBody;
  const words = isRecord(detail) ? detail.message : detail;
  return new ApiError(
    status,
    text(words) ?? `HTTP ${status}`,
    text(code),
    text(field),
    text(request_id) ?? headerId ?? undefined,
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

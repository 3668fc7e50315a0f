import { useTranslation } from 'react-i18next';
import { ApiError } from '@/api/errors';

const NEXT = {
  0: 'error.next.unreachable',
  401: 'error.next.signedOut',
  403: 'error.next.forbidden',
  404: 'error.next.missing',
  409: 'error.next.conflict',
  429: 'error.next.tooMany',
} as const;

/** Turns an error into two sentences: what happened, and what to do next. */
export function useErrorWords(): (error: unknown) => [title: string, next: string] {
  const { t } = useTranslation();
  return (error) => {
    if (!(error instanceof ApiError)) return [t('error.unknown'), t('error.next.reload')];
    const title = error.isUnreachable ? t('error.unreachable') : capitalised(error.detail);
    const known = NEXT[error.status as keyof typeof NEXT];
    if (known) return [title, t(known)];
    if (error.status < 500) return [title, t('error.next.correct')];
    const id = error.requestId;
    return [title, id ? t('error.next.report', { id }) : t('error.next.tryAgain')];
  };
}

/** The gateway's words are fragments in lower case; on their own they are a sentence. */
function capitalised(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}

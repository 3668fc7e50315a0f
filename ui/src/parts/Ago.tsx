import { useTranslation } from 'react-i18next';
import { ago, moment } from '@/lib/format';

/** How long ago something was; the exact time on hover. */
export function Ago({ at, never }: { at: string | null | undefined; never?: string }) {
  const { i18n } = useTranslation();
  const words = ago(at, i18n.language, Date.now());
  if (!at || !words) return <span className="text-faint">{never ?? '–'}</span>;
  return (
    <time dateTime={at} title={moment(at, i18n.language)}>
      {words}
    </time>
  );
}

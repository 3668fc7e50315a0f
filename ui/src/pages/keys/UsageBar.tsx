import { useTranslation } from 'react-i18next';
import type { Key } from '@/api/types';
import { count } from '@/lib/format';

/** What a key has used of what it may, where there is a limit. */
export function UsageBar({ entry }: { entry: Key }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  return (
    <div className="grid w-36 gap-0.5 text-xs text-soft">
      <Line
        words={t('keys.requests', { used: count(entry.used_requests, language) })}
        used={entry.used_requests}
        limit={entry.max_requests}
        language={language}
      />
      <Line
        words={t('keys.tokens', { used: count(entry.used_tokens, language) })}
        used={entry.used_tokens}
        limit={entry.max_tokens}
        language={language}
      />
    </div>
  );
}

type LineProps = { words: string; used: number; limit: number | null; language: string };

function Line({ words, used, limit, language }: LineProps) {
  if (limit === null) return <span>{words}</span>;
  return (
    <span>
      {words} / {count(limit, language)}
      <meter
        aria-label={words}
        min={0}
        max={limit}
        high={limit * 0.8}
        optimum={0}
        value={Math.min(used, limit)}
        className="block h-1.5 w-full"
      />
    </span>
  );
}

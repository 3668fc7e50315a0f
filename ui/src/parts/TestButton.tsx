import { FlaskConical } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { runTest } from '@/api/actions';
import { duration } from '@/lib/format';
import { useErrorWords } from '@/lib/useErrorWords';
import { Badge } from './ui/Badge';
import { Button } from './ui/Button';

type Check =
  | { at: 'idle' }
  | { at: 'running' }
  | { at: 'done'; latency: number; message: string }
  | { at: 'failed'; reason: string };

type Props = { name: string; what: { provider_id?: string; alias?: string; group_id: string } };

/** Sends one real request and says how it went. */
export function TestButton({ name, what }: Props) {
  const { t } = useTranslation();
  const words = useErrorWords();
  const [check, setCheck] = useState<Check>({ at: 'idle' });
  const run = async () => {
    setCheck({ at: 'running' });
    try {
      const { ok, latency_ms, message } = await runTest(what);
      setCheck(ok ? { at: 'done', latency: latency_ms, message } : { at: 'failed', reason: message });
    } catch (error) {
      setCheck({ at: 'failed', reason: words(error)[0] });
    }
  };
  return (
    <span className="inline-flex min-w-0 items-center gap-2">
      <Button size="sm" busy={check.at === 'running'} aria-label={t('test.of', { name })} onClick={run}>
        <FlaskConical />
        {t(check.at === 'running' ? 'test.running' : 'test.run')}
      </Button>
      <span role="status" className="min-w-0">
        {check.at === 'done' && (
          <span title={check.message}>
            <Badge tone="good">{t('test.ok', { time: duration(check.latency) })}</Badge>
          </span>
        )}
        {check.at === 'failed' && (
          <span className="block max-w-64 truncate text-sm text-bad" title={check.reason}>
            {check.reason}
          </span>
        )}
      </span>
    </span>
  );
}

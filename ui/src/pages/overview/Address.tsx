import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { configQuery } from '@/api/queries';
import { Dot } from '@/parts/ui/Badge';
import { CopyButton } from '@/parts/ui/CopyButton';

/** Where clients find the gateway, and whether all providers are well. */
export function Address({ resting }: { resting: number | undefined }) {
  const { t } = useTranslation();
  const url = useQuery(configQuery).data?.app_base_url ?? location.origin;
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-2 rounded-lg border border-line bg-panel px-4 py-3">
      <div className="flex min-w-0 items-center gap-2">
        <span className="text-sm text-faint">{t('overview.baseUrl')}</span>
        <code className="truncate font-mono font-medium">{url}</code>
        <CopyButton text={url} label={t('overview.copyUrl')} />
      </div>
      {resting !== undefined && (
        <p className="flex items-center gap-2 md:ml-auto">
          <Dot tone={resting > 0 ? 'bad' : 'good'} />
          {resting > 0 ? t('overview.resting', { count: resting }) : t('overview.healthy')}
        </p>
      )}
    </div>
  );
}

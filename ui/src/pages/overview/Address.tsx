import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { configQuery, providersQuery, routesQuery } from '@/api/queries';
import { Dot } from '@/parts/ui/Badge';
import { CopyButton } from '@/parts/ui/CopyButton';

/** Where clients find the gateway, and whether all providers are well. */
export function Address({ group, resting }: { group: string; resting: number | undefined }) {
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
          <Wellbeing group={group} resting={resting} />
        </p>
      )}
    </div>
  );
}

/** Nothing can be well where there is nothing: then it says what to make next. */
function Wellbeing({ group, resting }: { group: string; resting: number }) {
  const { t } = useTranslation();
  const hasNoProvider = useQuery(providersQuery(group)).data?.length === 0;
  const hasNoRoute = useQuery(routesQuery(group)).data?.length === 0;
  if (hasNoProvider || hasNoRoute)
    return (
      <>
        <Dot tone="plain" />
        {t(hasNoProvider ? 'overview.noProviders' : 'overview.noRoutes')}
        <Link to={hasNoProvider ? '/providers' : '/routes'} className="text-accent underline">
          {t(hasNoProvider ? 'overview.toProviders' : 'overview.toRoutes')}
        </Link>
      </>
    );
  return (
    <>
      <Dot tone={resting > 0 ? 'bad' : 'good'} />
      {resting > 0 ? t('overview.resting', { count: resting }) : t('overview.healthy')}
    </>
  );
}

import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ScrollText } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { logsQuery } from '@/api/queries';
import { useGroup } from '@/lib/useGroup';
import { Button } from '@/parts/ui/Button';
import { Empty, Failed, Loading } from '@/parts/ui/faces';
import { Page } from '@/parts/ui/Page';
import { EntryPanel } from './EntryPanel';
import { Filters } from './Filters';
import { LogTable } from './LogTable';

/** Requests: what came, what answered, what it took. Filters and the open entry are in the URL. */
export function RequestsPage() {
  const { t } = useTranslation();
  const group = useGroup();
  const search = useSearch({ from: '/shell/requests' });
  const navigate = useNavigate({ from: '/requests' });
  const { key, route, provider, outcome, entry } = search;
  const query = useInfiniteQuery(
    logsQuery({ group_id: group, api_key_id: key, route, provider_id: provider, outcome }),
  );
  const entries = query.data?.pages.flatMap(({ logs }) => logs) ?? [];
  const show = (id: string | undefined) =>
    navigate({ search: (before) => ({ ...before, entry: id }), replace: true, resetScroll: false });
  const isFiltered = Boolean(key || route || provider || outcome);
  return (
    <Page title={t('requests.title')} about={t('requests.about')} actions={<Filters group={group} />}>
      {query.isError && <Failed error={query.error} retry={() => query.refetch()} />}
      {query.isPending && <Loading rows={8} />}
      {query.isSuccess && entries.length === 0 && (
        <Empty
          icon={<ScrollText />}
          title={t(isFiltered ? 'requests.noneMatch' : 'requests.empty')}
          about={t(isFiltered ? 'requests.noneMatchAbout' : 'requests.emptyAbout')}
        />
      )}
      {entries.length > 0 && <LogTable entries={entries} open={show} />}
      {entries.length > 0 && (
        <p className="mt-2 text-right text-xs text-faint">
          {t('requests.shown', {
            shown: entries.length,
            total: query.data?.pages[0]?.total ?? entries.length,
          })}
        </p>
      )}
      {query.hasNextPage && (
        <div className="mt-3 flex justify-center">
          <Button busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
            {t('requests.more')}
          </Button>
        </div>
      )}
      {entry && <EntryPanel id={entry} onClose={() => show(undefined)} />}
    </Page>
  );
}

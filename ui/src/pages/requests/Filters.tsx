import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { keysQuery, providersQuery, routesQuery } from '@/api/queries';
import { Select } from '@/parts/ui/inputs';

/** Narrows the log down; each choice is in the URL. */
export function Filters({ group }: { group: string }) {
  const { t } = useTranslation();
  const search = useSearch({ from: '/shell/requests' });
  const navigate = useNavigate({ from: '/requests' });
  const keys = useQuery(keysQuery(group)).data ?? [];
  const routes = useQuery(routesQuery(group)).data ?? [];
  const providers = useQuery(providersQuery(group)).data ?? [];
  const choices = {
    key: keys.map(({ key_id, name }) => ({ value: key_id, words: name })),
    route: routes.map(({ alias }) => ({ value: alias, words: alias })),
    provider: providers.map(({ provider_id, name }) => ({ value: provider_id, words: name })),
    outcome: [
      { value: 'ok', words: t('requests.outcome.ok') },
      { value: 'error', words: t('requests.outcome.error') },
    ],
  };
  const set = (name: keyof typeof choices, value: string) =>
    navigate({
      search: (before) => ({ ...before, [name]: value || undefined, entry: undefined }) as typeof search,
      replace: true,
    });
  return (Object.keys(choices) as (keyof typeof choices)[]).map((name) => (
    <Select
      key={name}
      aria-label={t(`requests.filter.${name}`)}
      value={search[name] ?? ''}
      onChange={(event) => set(name, event.target.value)}
      className="w-36"
    >
      <option value="">{t(`requests.all.${name}`)}</option>
      {choices[name].map(({ value, words }) => (
        <option key={value} value={value}>
          {words}
        </option>
      ))}
    </Select>
  ));
}

import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { groupsQuery } from '@/api/queries';
import { rememberGroup, useGroup } from '@/lib/useGroup';
import { Select } from '@/parts/ui/inputs';

/** Chooses the group that all pages show. */
export function GroupSwitcher() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const groups = useQuery(groupsQuery).data ?? [];
  const group = useGroup();
  const show = (id: string) => {
    rememberGroup(id);
    navigate({ to: '.', search: (search: Record<string, unknown>) => ({ ...search, group: id }) as never });
  };
  return (
    <Select
      aria-label={t('shell.group')}
      value={group}
      onChange={(event) => show(event.target.value)}
      className="max-md:w-36 max-md:shrink-0"
    >
      {groups.map(({ group_id, name, enabled }) => (
        <option key={group_id} value={group_id}>
          {enabled ? name : `${name} (${t('state.off')})`}
        </option>
      ))}
    </Select>
  );
}

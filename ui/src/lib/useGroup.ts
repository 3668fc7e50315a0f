import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { groupsQuery } from '@/api/queries';

const KEY = 'keyway.group';

/** The group that the pages show: the one in the URL, else the last one, else the first. */
export function useGroup(): string {
  const { group } = useSearch({ strict: false }) as { group?: string };
  const groups = useQuery(groupsQuery).data;
  if (group) return group;
  const last = localStorage.getItem(KEY);
  const known = groups?.find(({ group_id }) => group_id === last) ?? groups?.[0];
  return known?.group_id ?? 'default';
}

/** Shows this group again at the next start. */
export function rememberGroup(group: string): void {
  localStorage.setItem(KEY, group);
}

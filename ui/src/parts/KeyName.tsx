import { useQuery } from '@tanstack/react-query';
import { keysQuery } from '@/api/queries';
import type { LogEntry } from '@/api/types';

/** The key a request came with: its name at the time, else the one it has now, else nothing. */
export function KeyName({ entry }: { entry: LogEntry }) {
  const keys = useQuery(keysQuery(entry.group_id)).data;
  return entry.key_name ?? keys?.find(({ key_id }) => key_id === entry.api_key_id)?.name ?? '–';
}

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { revealKey } from '@/api/actions';
import type { Key } from '@/api/types';
import { KeyPlaintext } from '@/parts/KeyPlaintext';
import { Dialog } from '@/parts/ui/Dialog';
import { Failed, Loading } from '@/parts/ui/faces';

/** Shows the plaintext of a key that the gateway keeps sealed. It is not kept in the page. */
export function RevealKey({ entry, onClose }: { entry: Key; onClose: () => void }) {
  const { t } = useTranslation();
  const query = useQuery({
    queryKey: ['plaintext', entry.key_id],
    queryFn: () => revealKey(entry.key_id),
    gcTime: 0,
    retry: false,
  });
  if (query.data)
    return (
      <KeyPlaintext
        keys={[{ name: entry.name, plaintext: query.data }]}
        about={t('keys.revealAbout')}
        onClose={onClose}
      />
    );
  return (
    <Dialog title={t('keys.plaintext')} onClose={onClose} shape="wide">
      <div className="p-4">{query.isError ? <Failed error={query.error} /> : <Loading rows={1} />}</div>
    </Dialog>
  );
}

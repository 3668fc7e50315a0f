import { useTranslation } from 'react-i18next';
import { Button } from './ui/Button';
import { CopyButton } from './ui/CopyButton';
import { Dialog, DialogActions } from './ui/Dialog';

type Issued = { name: string; plaintext: string };

/** Shows keys in the clear, to be copied. */
export function KeyPlaintext({
  keys,
  about,
  onClose,
}: {
  keys: Issued[];
  about: string;
  onClose: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Dialog title={t('keys.plaintext')} about={about} onClose={onClose} shape="wide">
      <ul className="grid gap-2 p-4">
        {keys.map(({ name, plaintext }) => (
          <li key={plaintext} className="flex items-center gap-3 rounded-md bg-sunken py-1.5 pr-1.5 pl-3">
            <span className="w-28 shrink-0 truncate text-sm text-soft">{name}</span>
            <code className="min-w-0 flex-1 font-mono text-sm break-all">{plaintext}</code>
            <CopyButton text={plaintext} label={t('keys.copyOf', { name })} words={t('copy.copy')} />
          </li>
        ))}
      </ul>
      <DialogActions>
        <Button look="primary" onClick={onClose}>
          {t('action.done')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

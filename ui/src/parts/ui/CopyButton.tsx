import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { tell } from '@/lib/toasts';
import { Button } from './Button';

/** Puts a text on the clipboard and shows that it did. */
export function CopyButton({ text, label, words }: { text: string; label: string; words?: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      tell('bad', t('copy.failed'), t('copy.failedNext'));
      return;
    }
    setCopied(true);
    setTimeout(() => setCopied(false), 1600);
  };
  return (
    <Button
      look={words ? 'plain' : 'quiet'}
      size={words ? 'sm' : 'icon'}
      aria-label={copied ? t('copy.done') : label}
      title={label}
      onClick={copy}
    >
      {copied ? <Check className="text-good" /> : <Copy />}
      {words && (copied ? t('copy.done') : words)}
    </Button>
  );
}

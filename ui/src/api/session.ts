/** The token that proves to the gateway that a change comes from our own page. Lives as long as the page. */
let csrf: string | undefined;
let signedOut: () => void = () => {};

export const session = {
  csrf: () => csrf,
  remember: (token: string | undefined) => {
    csrf = token;
  },
  /** Names what to do when the gateway says that nobody is signed in. */
  onSignedOut: (act: () => void) => {
    signedOut = act;
  },
  end: () => {
    csrf = undefined;
    signedOut();
  },
};

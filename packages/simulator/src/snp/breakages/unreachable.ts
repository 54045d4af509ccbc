/** Codes of the SNP room that no broken evidence raises as an error, each with the reason. */
export const SNP_UNBREAKABLE: Readonly<Record<string, string>> = {
  SNP_CRL_ABSENT: 'Named in a skipped check where no revocation list was given; never thrown.',
}

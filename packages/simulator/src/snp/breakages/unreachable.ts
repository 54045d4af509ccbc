/** Codes of the SNP room that no broken evidence raises as an error, each with the reason. */
export const SNP_UNBREAKABLE: Readonly<Record<string, string>> = {
  SNP_FIRMWARE_INVALID: 'Raised when a launch measurement is calculated from firmware, which is no part of a report.',
  SNP_LAUNCH_INVALID: 'Raised when a launch measurement is calculated, which is no part of a report.',
  SNP_MANIFEST_UNBOUND: 'Named in a skipped check where no question was given to compare with; never thrown.',
  SNP_CRL_ABSENT: 'Named in a skipped check where no revocation list was given; never thrown.',
}

/** Programs and folders of the guide to TDX guests: below `/opt/alibaba` its lines run as they are printed. */
import { createTenantPolicy, writeIntelPolicies } from '@veritee/appraisal/intel'
import { type CompatFile, type CompatSettings, createProgramFile, FIND_HERE, MARK, quoteWord } from './file.ts'

const REPORT_SAMPLE = 'teesdk/intel/sgxsdk/SampleCode/TDXReportParse'
const GENERATION = 'tdx-quote-generation-sample'
const VERIFICATION = 'tdx-quote-verification-sample'

/** Everything the guide types, as files. */
export function listTdxGuideFiles(settings: CompatSettings): readonly CompatFile[] {
  const veritee = settings.command.map(quoteWord).join(' ')
  const guest = settings.world === undefined ? '' : ` --attester simulated --world ${quoteWord(settings.world)}`
  const trust =
    settings.world === undefined
      ? ''
      : ` --collateral ${quoteWord(`${settings.world}/collateral.json`)} --trust-simulated-root ${quoteWord(`${settings.world}/root.pem`)}`
  const reportLines = [`exec ${veritee} tdx report parse --live${guest} "$@"`]
  return [
    createProgramFile('tdx_report_parse', reportLines),
    createProgramFile(`${REPORT_SAMPLE}/tdx_report_parse`, reportLines),
    { path: `${REPORT_SAMPLE}/Makefile`, kind: 'document', content: createEmptyMakefile('tdx_report_parse') },
    createProgramFile(`${GENERATION}/app`, [`exec ${veritee} tdx quote${guest} "$@"`]),
    { path: `${GENERATION}/Makefile`, kind: 'document', content: createEmptyMakefile('app') },
    createProgramFile(`${VERIFICATION}/verifier`, [
      FIND_HERE,
      `exec ${veritee} tdx verify --policy "$here/Policies/tenant_td_policy.jwt" --result-key "$here/keys/result.pem"${trust} "$@"`,
    ]),
    createProgramFile(`${VERIFICATION}/relying_party`, [
      FIND_HERE,
      `exec ${veritee} tdx relying-party --result-key "$here/keys/result.pub.pem" --policy "$here/Policies/tenant_td_policy.jwt" "$@"`,
    ]),
    { path: `${VERIFICATION}/Makefile`, kind: 'document', content: createVerificationMakefile(veritee) },
    {
      path: `${VERIFICATION}/Policies/tenant_td_policy.json`,
      kind: 'document',
      content: writeIntelPolicies([createTenantPolicy()]),
    },
    createProgramFile('tee_appraisal_tool', createAppraisalTool(veritee)),
  ]
}

function createEmptyMakefile(program: string): string {
  return `${MARK}\n.PHONY: all\nall:\n\t@echo '${program} is ready; there is nothing to compile'\n`
}

/** Keys are made once. Made under sudo, they belong to whoever called it. */
function createVerificationMakefile(veritee: string): string {
  const command = veritee.replaceAll('$', '$$')
  return `${MARK}
VERITEE = ${command}

.PHONY: all
all: keys/result.pem Policies/tenant_td_policy.jwt
	@echo 'verifier and relying_party are ready'

Policies/%.jwt: Policies/%.json | keys/policy.pem
	$(VERITEE) tdx policy sign $< --key keys/policy.pem --out $@

keys/%.pem:
	@mkdir -p keys
	$(VERITEE) tdx key $@ --public-key-out keys/$*.pub.pem
	@if [ -n "$$SUDO_UID" ]; then chown "$$SUDO_UID:$$SUDO_GID" keys keys/$*.pem keys/$*.pub.pem; fi

.PRECIOUS: keys/%.pem
`
}

function createAppraisalTool(veritee: string): readonly string[] {
  return [
    'usage() {',
    "  echo 'usage: tee_appraisal_tool gen_payload -in ENCLAVE|TDREPORT -out POLICY.json' >&2",
    "  echo '       tee_appraisal_tool sign_policy -in POLICY.json -key KEY.pem -out POLICY.jwt' >&2",
    "  echo '       tee_appraisal_tool verify_policy -in POLICY.jwt' >&2",
    '  exit 2',
    '}',
    '[ $# -ge 1 ] || usage',
    'task=$1',
    'shift',
    'in= out= key=',
    'while [ $# -gt 0 ]; do',
    '  [ $# -ge 2 ] || usage',
    '  case $1 in',
    '    -in) in=$2 ;;',
    '    -out) out=$2 ;;',
    '    -key) key=$2 ;;',
    '    *) usage ;;',
    '  esac',
    '  shift 2',
    'done',
    '[ -n "$in" ] || usage',
    'case $task in',
    '  gen_payload)',
    '    [ -n "$out" ] || usage',
    '    from=--from-enclave',
    '    if [ "$(wc -c < "$in")" -eq 1024 ]; then from=--from-tdreport; fi',
    `    exec ${veritee} tdx policy init "$from" "$in" --out "$out"`,
    '    ;;',
    '  sign_policy)',
    '    [ -n "$out" ] && [ -n "$key" ] || usage',
    `    exec ${veritee} tdx policy sign "$in" --key "$key" --out "$out"`,
    '    ;;',
    `  verify_policy) exec ${veritee} tdx policy verify "$in" ;;`,
    '  *) usage ;;',
    'esac',
  ]
}

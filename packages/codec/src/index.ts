export { CODEC_ERRORS, CodecError, type CodecErrorCode } from './errors.ts'

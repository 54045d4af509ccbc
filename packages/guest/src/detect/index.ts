export { type DetectOptions, detectTee, type TeeDetection, type TeeTrace } from './detect.ts'

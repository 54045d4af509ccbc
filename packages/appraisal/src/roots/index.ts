/** Simulated roots of every kind, sorted by content. */
export { type RootFile, type SortedRoots, sortSimulatedRoots } from './sort.ts'

declare module 'sallyport:target' {
  export const target: import('./target.ts').FuzzTarget;
}

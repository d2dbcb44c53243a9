export { catalogue, type Image, type Service } from './catalogue.ts'

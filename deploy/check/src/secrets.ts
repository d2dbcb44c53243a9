/** Secrets that a person makes, because nobody else may know them, with their keys: a README says how. */
export const secretsByHand: Readonly<Record<string, readonly string[]>> = {
  'bookinfo-session': ['secret'],
  'mysql-credentials': ['rootpasswd', 'password'],
  'mongodb-credentials': ['rootpasswd', 'password', 'url'],
  'postgres-credentials': ['rootpasswd', 'password'],
  'mysqldb-v1-userdata': ['userdata']
}

// Run by the image's entrypoint when there are no data yet: whom ratings are, with the rights that they need and no more.
db.getSiblingDB('test').createUser({
  user: 'bookinfo',
  pwd: fs.readFileSync('/etc/mongodb-credentials/password', 'utf8').trim(),
  roles: [{ role: 'readWrite', db: 'test' }]
})

// HyperDHT, the DHT of Hypercore: 12 processes on loopback, values of 100 bytes put and then got, 16 at once. Installs the package under the system's temporary folder.
import { execFileSync, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PROCESSES = 12
const AT_ONCE = 16
const VALUE_BYTES = 100
const SECONDS = 3
const IDLE_SECONDS = 2
const FOLDER = join(tmpdir(), 'pastry-bench-hyperdht')

if (process.env.BENCH_NODE) await beNode(JSON.parse(process.env.BENCH_NODE))
else await compare()

async function beNode ({ port, bootstrap }) {
  const DHT = createRequire(join(FOLDER, 'package.json'))('hyperdht')
  const dht = bootstrap ? new DHT({ host: '127.0.0.1', port, bootstrap: [bootstrap], ephemeral: false, firewalled: false }) : DHT.bootstrapper(port, '127.0.0.1')
  await dht.fullyBootstrapped()
  process.on('disconnect', () => process.exit(0))
  process.on('message', async ({ work, keys }) => process.send(work === 'put' ? await putAll(dht) : await getAll(dht, keys)))
  process.send({ address: `127.0.0.1:${port}` })
}

// Keeps AT_ONCE operations under way for SECONDS; how many succeeded in a second.
async function load (operate, most = Infinity) {
  const [started, latencies] = [performance.now(), []]
  let next = 0
  const work = async () => {
    while (performance.now() - started < SECONDS * 1000 && next < most) {
      const began = performance.now()
      if (await operate(next++)) latencies.push(performance.now() - began)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  latencies.sort((a, b) => a - b)
  const micros = share => 1000 * (latencies[Math.floor(latencies.length * share)] ?? 0)
  return { rate: latencies.length / (performance.now() - started) * 1000, p50: micros(0.5), p99: micros(0.99) }
}

async function putAll (dht) {
  const keys = []
  const done = await load(async () => {
    keys.push((await dht.immutablePut(randomBytes(VALUE_BYTES))).hash.toString('hex'))
    return true
  })
  return { ...done, keys }
}

function getAll (dht, keys) {
  return load(async i => (await dht.immutableGet(Buffer.from(keys[i % keys.length], 'hex')))?.value?.length === VALUE_BYTES)
}

async function compare () {
  if (!existsSync(join(FOLDER, 'node_modules', 'hyperdht'))) {
    mkdirSync(FOLDER, { recursive: true })
    writeFileSync(join(FOLDER, 'package.json'), '{"private":true}')
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', 'hyperdht'], { cwd: FOLDER, stdio: 'ignore' })
  }

  const base = 21000 + Math.floor(Math.random() * 10000)
  const nodes = []
  let bootstrap = null
  for (let i = 0; i < PROCESSES; i++) {
    const node = fork(process.argv[1], { env: { ...process.env, BENCH_NODE: JSON.stringify({ port: base + i, bootstrap }) }, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    nodes.push(node)
    const { address } = await answer(node)
    bootstrap ??= address
  }

  await new Promise(resolve => setTimeout(resolve, IDLE_SECONDS * 1000))
  const resident = nodes.map(node => residentBytes(node.pid)).sort((a, b) => a - b)
  const put = await ask(nodes[1], { work: 'put' })
  const get = await ask(nodes[PROCESSES - 1], { work: 'get', keys: put.keys })
  for (const node of nodes) node.removeAllListeners('exit').disconnect()
  console.log(JSON.stringify({
    insertsPerSecond: put.rate, insertP50Micros: put.p50, insertP99Micros: put.p99,
    lookupsPerSecond: get.rate, lookupP50Micros: get.p50, lookupP99Micros: get.p99,
    workingSetBytes: resident[resident.length >> 1]
  }))
}

// As it was before it had anything to do. Where there is no such file, none.
function residentBytes (pid) {
  const status = `/proc/${pid}/status`
  return existsSync(status) ? 1024 * Number(/VmRSS:\s+(\d+)/.exec(readFileSync(status, 'utf8'))[1]) : 0
}

function ask (node, message) {
  const answered = answer(node)
  node.send(message)
  return answered
}

function answer (node) {
  return new Promise((resolve, reject) => {
    node.once('message', resolve)
    node.once('exit', code => reject(new Error(`a node ended with ${code}`)))
  })
}

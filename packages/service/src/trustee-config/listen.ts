/** Where the one process listens, out of what five programs were told. */
import { isIP } from 'node:net'
import { parseListen } from '../http/listen/server.ts'
import type { TrusteeRead } from './read.ts'
import { invalid, type TrusteeSettings } from './settings.ts'

const GATEWAY_PORT = 8081
const BROKER_SOCKET = '127.0.0.1:8080'
const MAX_PORT = 65_535
const NO_PORT = 'There is no such port.'
const NO_PORT_EXPECTED = `at most ${MAX_PORT}`
const PLAIN_DANGER =
  'Whoever is on the path can read and change what administrators send, their tokens too; secrets stay encrypted to the machine that attested.'

interface Protection {
  readonly tls?: { readonly cert: string; readonly key: string }
  readonly plain: boolean
}

/** The listeners of gateway and key broker, and the TLS that both share. */
export function readListeners(read: TrusteeRead): void {
  const { gateway, broker, draft, notices } = read
  const port = gateway.count('server.port') ?? GATEWAY_PORT
  if (port > MAX_PORT) throw invalid(gateway.file, 'server.port', NO_PORT, NO_PORT_EXPECTED, port)
  const listen = joinAddress(gateway.text('server.host') ?? '0.0.0.0', port)
  const outer = readGatewayProtection(read)
  draft.set('listen', listen)
  draft.set('tls', outer.tls)
  const inner = readBrokerSocket(read, outer)
  draft.set('listeners.broker', inner)
  const plain = [listen, inner].filter((address) => outer.tls === undefined && !parseListen(address).loopback)
  if (plain.length === 0) return
  draft.set('allowPlainHttp', true)
  notices.push(
    `${plain.join(' and ')} speak${plain.length === 1 ? 's' : ''} plain HTTP, as ${gateway.present ? 'gateway.yml' : 'the gateway by default'} ${broker.flag('http_server.insecure_http') === true && plain.length > 1 ? 'and kbs-config.toml do' : 'does'}. ${PLAIN_DANGER} Set server.insecure_http: false with server.tls.cert_file and server.tls.key_file in gateway.yml to end it.`,
  )
}

/** @throws ServiceError SERVICE_CONFIG_INVALID where TLS is asked for and cannot be spoken, or not asked for and given */
function readGatewayProtection({ gateway, place }: TrusteeRead): Protection {
  const [cert, key] = [gateway.text('server.tls.cert_file'), gateway.text('server.tls.key_file')]
  const insecure = gateway.flag('server.insecure_http')
  expectPair(gateway, 'server.tls', ['cert_file', cert], ['key_file', key])
  if (cert === undefined || key === undefined) {
    if (insecure !== false) return { plain: true }
    throw invalid(
      gateway.file,
      'server.insecure_http',
      'It asks for TLS, and no certificate is named: nothing falls back to HTTP. Give server.tls.cert_file and server.tls.key_file.',
    )
  }
  if (insecure === true)
    throw invalid(
      gateway.file,
      'server.insecure_http',
      'It asks for plain HTTP although a certificate is named. Set it to false, or take server.tls away.',
    )
  return { tls: { cert: place(cert), key: place(key) }, plain: false }
}

/** @throws ServiceError SERVICE_CONFIG_INVALID */
function readBrokerSocket({ broker, notices, place }: TrusteeRead, outer: Protection): string {
  const [socket = BROKER_SOCKET, ...more] = broker.texts('http_server.sockets')
  if (!/^(\[[0-9a-fA-F:.]+\]|[^:[\]\s]+):\d{1,5}$/.test(socket))
    throw invalid(broker.file, 'http_server.sockets', 'It must be HOST:PORT.', 'HOST:PORT', socket)
  if (Number(socket.slice(socket.lastIndexOf(':') + 1)) > MAX_PORT)
    throw invalid(broker.file, 'http_server.sockets', NO_PORT, NO_PORT_EXPECTED, socket)
  if (more.length > 0)
    notices.push(
      `kbs-config.toml http_server.sockets: ${socket} is opened; ${more.join(', ')} ${more.length === 1 ? 'is' : 'are'} not.`,
    )
  const [cert, key] = [broker.text('http_server.certificate'), broker.text('http_server.private_key')]
  expectPair(broker, 'http_server', ['certificate', cert], ['private_key', key])
  const { loopback, port } = parseListen(socket)
  if (cert !== undefined) {
    if (outer.tls === undefined)
      throw invalid(
        broker.file,
        'http_server.certificate',
        'One process serves gateway and key broker, and gateway.yml serves plain HTTP: name the certificate in server.tls there and set server.insecure_http: false.',
      )
    if (outer.tls.cert !== place(cert))
      notices.push(`kbs-config.toml http_server.certificate: the certificate of gateway.yml is shown on ${socket} too.`)
    return socket
  }
  if (loopback) return socket
  if (broker.flag('http_server.insecure_http') !== true && outer.tls === undefined)
    throw invalid(
      broker.file,
      'http_server.insecure_http',
      `${socket} is open to other machines, TLS is asked for, and no certificate is named. Name one in gateway.yml, server.tls, or listen on 127.0.0.1:${port}.`,
    )
  if (broker.flag('http_server.insecure_http') === true && outer.tls !== undefined)
    notices.push(
      `kbs-config.toml http_server.insecure_http: plain HTTP on ${socket} would go around the TLS of the gateway. TLS is spoken there too, with the certificate of gateway.yml.`,
    )
  return socket
}

type Named = readonly [name: string, value: string | undefined]

function expectPair(settings: TrusteeSettings, section: string, one: Named, other: Named): void {
  for (const [[given, value], [lacking, absent]] of [
    [one, other],
    [other, one],
  ] as const) {
    if (value === undefined || absent !== undefined) continue
    throw invalid(
      settings.file,
      `${section}.${lacking}`,
      `TLS is half configured: ${section}.${given} is there and this is not. Give both; nothing falls back to HTTP.`,
    )
  }
}

/**
 * Where a service is looked for by the other files, as a place on this machine: that is where it is opened. Another machine’s
 * services are not asked, because this process does their work.
 *
 * @throws ServiceError SERVICE_CONFIG_INVALID
 */
export function readLocalAddress({ notices }: TrusteeRead, settings: TrusteeSettings, key: string): string | undefined {
  const text = settings.text(key)
  if (text === undefined) return undefined
  const url = text.includes('://') ? text : `http://${text}`
  if (!URL.canParse(url)) throw invalid(settings.file, key, 'It is no address.', 'http://HOST:PORT', text)
  const { hostname, port, protocol } = new URL(url)
  const place = port || (protocol === 'https:' ? '443' : '80')
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.')))
    return joinAddress(host === 'localhost' ? '127.0.0.1' : host, Number(place))
  notices.push(
    `${settings.file} ${key}: ${text} is another machine’s. Nothing is asked there: this process does that work, and listens for it on 127.0.0.1:${place}.`,
  )
  return `127.0.0.1:${place}`
}

function joinAddress(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

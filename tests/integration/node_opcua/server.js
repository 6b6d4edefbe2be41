// A station on node-opcua: one pump, one level, a counter that moves. Ends when its standard input does.
// Each line of it is a client's certificate (DER, in hex digits) to be trusted. Arguments: port, folder of certificates (server.pem, server.key, pki/), user, password.
"use strict";

console.log = console.info = console.warn = console.error; // standard output is for our own lines

const path = require("path");
const { createRequire } = require("module");
const fromModules = createRequire(path.join(process.env.NODE_OPCUA_MODULES, "anchor.js"));
const opcua = {
  ...fromModules("node-opcua-server"),
  ...fromModules("node-opcua-variant"),
  ...fromModules("node-opcua-status-code"),
  ...fromModules("node-opcua-secure-channel"),
  ...fromModules("node-opcua-certificate-manager"),
};

const [port, folder, user, password] = process.argv.slice(2);
const NAMESPACE = "urn:node:station";

async function main() {
  const certificates = new opcua.OPCUACertificateManager({
    rootFolder: path.join(folder, "pki"),
    automaticallyAcceptUnknownCertificate: false,
  });
  await certificates.initialize();
  const server = new opcua.OPCUAServer({
    port: Number(port),
    hostname: "127.0.0.1",
    alternateHostname: "127.0.0.1",
    certificateFile: path.join(folder, "server.pem"),
    privateKeyFile: path.join(folder, "server.key"),
    serverCertificateManager: certificates,
    userCertificateManager: certificates,
    serverInfo: { applicationUri: "urn:node:plc" },
    securityModes: [opcua.MessageSecurityMode.SignAndEncrypt],
    securityPolicies: [
      opcua.SecurityPolicy.Basic256Sha256,
      opcua.SecurityPolicy.Aes128_Sha256_RsaOaep,
      opcua.SecurityPolicy.Aes256_Sha256_RsaPss,
    ],
    allowAnonymous: false,
    userManager: { isValidUser: (name, word) => name === user && word === password },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  space.registerNamespace("urn:node:somebody-else");
  const namespace = space.registerNamespace(NAMESPACE);
  const plant = { run: false, level: 2.5, beat: 0, writes: 0 };
  const device = namespace.addObject({
    organizedBy: space.rootFolder.objects, browseName: "P1", nodeId: "s=P1",
  });
  const show = (id, dataType, get, set) =>
    namespace.addVariable({
      componentOf: device, browseName: id, nodeId: `s=${id}`, dataType, minimumSamplingInterval: 100,
      accessLevel: set ? "CurrentRead | CurrentWrite" : "CurrentRead",
      userAccessLevel: set ? "CurrentRead | CurrentWrite" : "CurrentRead",
      value: { get: () => new opcua.Variant({ dataType: opcua.DataType[dataType], value: get() }), set },
    });
  show("run_command", "Boolean", () => plant.run, (variant) => {
    plant.run = variant.value;
    plant.writes += 1;
    return opcua.StatusCodes.Good;
  });
  show("running", "Boolean", () => plant.run);
  show("level_m", "Double", () => plant.level);
  show("writes", "UInt32", () => plant.writes);
  show("beat", "UInt16", () => plant.beat);
  const lift = namespace.addMethod(device, {
    browseName: "Lift", nodeId: "s=Lift",
    inputArguments: [{ name: "level", dataType: opcua.DataType.Double }], outputArguments: [],
  });
  lift.bindMethod((inputs, context, callback) => {
    if (inputs[0].value > 5) {
      callback(null, { statusCode: opcua.StatusCodes.BadInvalidState });
      return;
    }
    plant.level = inputs[0].value;
    callback(null, { statusCode: opcua.StatusCodes.Good, outputArguments: [] });
  });
  const ticking = setInterval(() => { plant.beat = (plant.beat + 1) % 65536; }, 200);
  await server.start();
  process.stdin.on("data", async (line) => {
    await certificates.trustCertificate(Buffer.from(line.toString().trim(), "hex"));
    process.stdout.write(`${JSON.stringify({ trusted: true })}\n`);
  });
  process.stdin.on("end", () => { clearInterval(ticking); server.shutdown(0).finally(() => process.exit(0)); });
  process.stdout.write(`${JSON.stringify({ ready: true })}\n`);
}

main().catch((error) => { process.stderr.write(`${error.stack}\n`); process.exit(1); });

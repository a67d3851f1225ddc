/** Plays episodes of bodies in space, with three.js. */
import { part, readContent } from "./content.js"
import { playEpisodes } from "./controls.js"

/** Shares of the light that comes from everywhere, from the camera, and from the sun, as in pictures that the CPU draws. */
const LIGHT = { all: 0.4, camera: 0.3, sun: 0.3 }
const SUN = [-0.36, -0.48, 0.8]
/** Half the side of a floor without end, and where it fades into the sky, in metres. */
const ENDLESS = 200
const FADES = [30, 150]
/** The chequer of floors: brighter and darker fields of half a metre. */
const CHEQUER = { bright: 1.02, dark: 0.78 }
const SKY = { light: "#dde6f0", dark: "#1b2430" }
const POSE = 12

const stage = part("stage")
const { library, episodes, solids } = await readContent()

const addressOf = (text) => URL.createObjectURL(new Blob([text], { type: "text/javascript" }))
const core = addressOf(library.core)
const {
  AmbientLight,
  BufferAttribute,
  BufferGeometry,
  Color,
  ColorManagement,
  DataTexture,
  DirectionalLight,
  DoubleSide,
  Fog,
  LinearMipmapLinearFilter,
  LinearSRGBColorSpace,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  PerspectiveCamera,
  PlaneGeometry,
  PointLight,
  RepeatWrapping,
  Scene,
  WebGLRenderer
} = await import(addressOf(library.main.replaceAll(library.path, core)))

// Colours are numbers as they are, as in the CPU's pictures.
ColorManagement.enabled = false
const renderer = new WebGLRenderer({ canvas: stage, antialias: true })
renderer.outputColorSpace = LinearSRGBColorSpace

const geometries = solids.map(({ points, faces }) => {
  const geometry = new BufferGeometry()
  geometry.setAttribute("position", new BufferAttribute(points, 3))
  return geometry.setIndex(new BufferAttribute(Uint32Array.from(faces), 1))
})

const chequered = (x, y) => {
  const dark = (255 * CHEQUER.dark) / CHEQUER.bright
  const texels = [255, dark, dark, 255].flatMap((v) => [v, v, v, 255])
  const texture = new DataTexture(Uint8Array.from(texels), 2, 2)
  texture.wrapS = texture.wrapT = RepeatWrapping
  texture.minFilter = LinearMipmapLinearFilter
  texture.generateMipmaps = true
  texture.anisotropy = renderer.capabilities.getMaxAnisotropy()
  // A metre is a texture of two fields each way; fields begin in the middle of the plane.
  texture.repeat.set(2 * x, 2 * y)
  texture.offset.set(-x, -y)
  texture.needsUpdate = true
  return texture
}

const meshOf = (body) => {
  const [red, green, blue, opacity] = body.colour
  const clear = { transparent: opacity < 1, opacity, depthWrite: opacity >= 1 }
  if (body.kind === "plane") {
    const [x, y] = body.half.map((half) => (half > 0 ? half : ENDLESS))
    const color = new Color(red, green, blue).multiplyScalar(CHEQUER.bright)
    const material = new MeshBasicMaterial({ color, map: chequered(x, y), ...clear })
    return { mesh: new Mesh(new PlaneGeometry(2, 2), material), scale: [x, y, 1] }
  }
  const color = new Color(red, green, blue)
  const material = new MeshLambertMaterial({ color, flatShading: true, side: DoubleSide, ...clear })
  return { mesh: new Mesh(geometries[body.solid], material), scale: body.scale }
}

/** A world of an episode's bodies, made when it is first shown. */
const worldOf = (episode) => {
  const scene = new Scene()
  const sun = new DirectionalLight(0xffffff, LIGHT.sun * Math.PI)
  sun.position.set(...SUN)
  const lamp = new PointLight(0xffffff, LIGHT.camera * Math.PI, 0, 0)
  scene.add(sun, lamp, new AmbientLight(0xffffff, LIGHT.all * Math.PI))
  const bodies = episode.bodies.map(meshOf)
  for (const { mesh } of bodies) {
    mesh.matrixAutoUpdate = false
    mesh.frustumCulled = false
    scene.add(mesh)
  }
  return { scene, lamp, bodies }
}

const camera = new PerspectiveCamera(45, 1, 0.01, 3 * ENDLESS)
camera.up.set(0, 0, 1)
const darkness = matchMedia("(prefers-color-scheme: dark)")

const worlds = new Map()

const worldFor = (episode) => {
  if (!worlds.has(episode)) worlds.set(episode, worldOf(episode))
  return worlds.get(episode)
}

const draw = (episode, frame, words) => {
  const { scene, lamp, bodies } = worldFor(episode)
  const frames = episode.steps.length
  for (const [i, { mesh, scale }] of bodies.entries()) {
    const at = (k) => episode.poses[(POSE * i + k) * frames + frame]
    const row = (r) => [0, 1, 2].map((c) => at(3 + 3 * r + c) * scale[c]).concat(at(r))
    mesh.matrix.set(...row(0), ...row(1), ...row(2), 0, 0, 0, 1)
    mesh.matrixWorldNeedsUpdate = true
  }
  const [x, y, z, toX, toY, toZ, fovy] = episode.cameras.subarray(7 * frame)
  camera.fov = fovy
  camera.aspect = stage.clientWidth / stage.clientHeight
  camera.position.set(x, y, z)
  camera.lookAt(toX, toY, toZ)
  camera.updateProjectionMatrix()
  lamp.position.copy(camera.position)
  const sky = new Color(darkness.matches ? SKY.dark : SKY.light)
  scene.background = sky
  scene.fog = new Fog(sky, ...FADES)
  renderer.render(scene, camera)
  stage.setAttribute("aria-label", words)
}

const { redraw } = playEpisodes(episodes, draw)
darkness.addEventListener("change", redraw)
new ResizeObserver(() => {
  renderer.setPixelRatio(devicePixelRatio)
  renderer.setSize(stage.clientWidth, stage.clientHeight, false)
  redraw()
}).observe(stage)

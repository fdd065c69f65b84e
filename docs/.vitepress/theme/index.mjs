/** The default theme without its font, which is heavier than a page (the reader's own is as good), and with a picture of the playground at home. */
import { useData, withBase } from 'vitepress'
import theme from 'vitepress/theme-without-fonts'
import { h } from 'vue'
import './style.css'

export default {
  extends: theme,
  Layout: () => h(theme.Layout, null, { 'home-features-before': () => h(HomePicture) }),
}

const HomePicture = {
  setup() {
    const { frontmatter } = useData()
    return () => {
      const { src, dark, alt } = frontmatter.value.picture ?? {}
      if (!src) return undefined
      // The one that is not shown is not loaded: it is lazy.
      const picture = (path, shown) => h('img', { src: withBase(path), class: shown, alt, loading: 'lazy' })
      return h('div', { class: 'home-picture' }, [picture(src, 'in-light'), picture(dark, 'in-dark')])
    }
  },
}

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
      const { src, alt } = frontmatter.value.picture ?? {}
      return src ? h('div', { class: 'home-picture' }, h('img', { src: withBase(src), alt })) : undefined
    }
  },
}
